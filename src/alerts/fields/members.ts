import { isObject, type Json, numberText, own } from '../../domain/json.ts';
import { type Field, optionOf } from './field.ts';
import { SEVERITIES } from './schemas.ts';

/** The priority of the monitor, from 1 to 5. */
const SEVERITY: Field = {
  name: 'severity',
  options: {},
  compile: ({ severity }) => (severity === undefined ? {} : { priority: SEVERITIES.indexOf(severity) + 1 }),
  read(monitor) {
    const priority = own(monitor, 'priority');
    const text = typeof priority === 'string' ? priority : numberText(priority);
    const severity = SEVERITIES[Number(text) - 1];
    return severity === undefined ? {} : { severity };
  },
  canonical: ({ severity }) => (severity === undefined ? {} : { severity }),
};

const TAGS: Field = {
  name: 'tags',
  options: {},
  compile: ({ tags = [] }) => (tags.length === 0 ? {} : { tags: [...tags] }),
  read: (monitor) => listOf('tags', own(monitor, 'tags')),
  canonical: ({ tags }) => listOf('tags', tags),
};

/** Only people with these roles may edit the monitor. */
const RESTRICTED_ROLES: Field = {
  name: 'restricted_roles',
  options: {},
  compile: ({ restricted_roles: roles = [] }) => (roles.length === 0 ? {} : { restricted_roles: [...roles] }),
  read: (monitor) => listOf('restricted_roles', own(monitor, 'restricted_roles')),
  canonical: ({ restricted_roles: roles }) => listOf('restricted_roles', roles),
};

const DRAFT_STATUS: Field = {
  name: 'draft_status',
  options: {},
  compile: ({ draft_status: status }) => (status === undefined ? {} : { draft_status: status }),
  read: (monitor) => (own(monitor, 'draft_status') === 'draft' ? { draft_status: 'draft' } : {}),
  canonical: ({ draft_status: status }) => (status === 'draft' ? { draft_status: status } : {}),
};

/** When the monitor is evaluated, in Datadog's own form. */
const SCHEDULE: Field = {
  name: 'schedule',
  options: { scheduling_options: '/schedule' },
  compile: ({ schedule }) => (schedule === undefined ? {} : { options: { scheduling_options: schedule } }),
  read(monitor) {
    const schedule = optionOf(monitor, 'scheduling_options');
    return isObject(schedule) ? { schedule } : {};
  },
  canonical: ({ schedule }) =>
    schedule === undefined || Object.keys(schedule).length === 0 ? {} : { schedule },
};

/** The fields that compile to one member of the monitor, and the schedule. */
export const MEMBERS: readonly Field[] = [SEVERITY, TAGS, RESTRICTED_ROLES, DRAFT_STATUS, SCHEDULE];

function listOf<N extends 'tags' | 'restricted_roles'>(
  name: N,
  value: Json | readonly string[] | undefined,
): { [name in N]?: string[] } {
  const list: { [name in N]?: string[] } = {};
  if (!Array.isArray(value)) return list;
  const texts = value.filter((item) => typeof item === 'string');
  if (texts.length > 0) list[name] = texts;
  return list;
}
