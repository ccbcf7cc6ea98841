import { readHandlesFile } from '../contract/read-handles-file.ts';
import { datadogRecipients } from '../datadog/recipients.ts';
import type { Request } from '../datadog/request.ts';
import type { Clock } from '../domain/clock.ts';
import type { KnownRecipients } from '../lint/recipients/known-recipients.ts';
import type { Recipients } from '../pipeline/ports.ts';
import type { Log } from '../runtime/log.ts';
import { openReloadedFile, type ReloadedFile } from '../runtime/reloaded-file.ts';
import { SettingsError } from '../runtime/settings.ts';

/** The value of BIRDDOG_HANDLES for which the recipients are read from Datadog. */
const FROM_DATADOG = 'datadog';

/** The file of BIRDDOG_HANDLES, if it names one. */
export type HandlesFile = ReloadedFile<KnownRecipients>;

/** Opens the file of BIRDDOG_HANDLES. Throws SettingsError with every fault by line and column. */
export async function openHandlesFile(setting: string, log: Log): Promise<HandlesFile | undefined> {
  if (setting === '' || setting === FROM_DATADOG) return undefined;
  try {
    return await openReloadedFile(setting, readHandlesFile, log);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new SettingsError(error.message.split('\n').map((line) => `BIRDDOG_HANDLES: ${setting}:${line}`));
  }
}

/** Returns the source of the known recipients, or undefined if BIRDDOG_HANDLES is not set. */
export function recipientsOf(
  setting: string,
  file: HandlesFile | undefined,
  request: Request,
  clock: Clock,
): Recipients | undefined {
  if (file)
    return {
      known: async () => file.current(),
      status: () => ({
        size: file.current().size,
        faults: file.isBad() ? ['the file is invalid, and its previous content stays in force'] : [],
      }),
    };
  return setting === FROM_DATADOG ? datadogRecipients(request, clock) : undefined;
}
