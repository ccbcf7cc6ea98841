import manifest from '../../package.json' with { type: 'json' };

/** Birddog's version, as package.json has it. */
export const VERSION = manifest.version;
