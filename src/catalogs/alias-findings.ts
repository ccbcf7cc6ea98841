import { CATALOG_NAMES, type CatalogAliases } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { pointerTo } from '../domain/pointer.ts';
import { CATALOG_TITLES } from './catalog.ts';
import { servicenowNameFault } from './servicenow.ts';

const MAX_CHARACTERS = 200;

/** Returns a finding for each alias that a catalog cannot be searched for. Pointers are those of the request body. */
export function aliasFindings(aliases: CatalogAliases): Finding[] {
  return CATALOG_NAMES.flatMap((catalog): Finding[] => {
    const alias = aliases[catalog];
    const fault = alias === undefined ? undefined : faultOf(alias, catalog === 'servicenow');
    if (fault === undefined) return [];
    return [
      {
        code: 'bad_alias',
        severity: 'error',
        message: `The name under \`catalogs.${catalog}\` ${fault}.`,
        pointer: pointerTo('', 'catalogs', catalog),
        hint: `Write the name as ${CATALOG_TITLES[catalog]} shows it.`,
      },
    ];
  });
}

function faultOf(alias: string, toServicenow: boolean): string | undefined {
  if (alias.trim() === '') return 'is empty';
  if (alias.length > MAX_CHARACTERS) return `has more than ${MAX_CHARACTERS} characters`;
  if (/\p{Cc}/u.test(alias)) return 'has a control character';
  return toServicenow ? servicenowNameFault(alias) : undefined;
}
