import manifest from '../../package.json' with { type: 'json' };

/** Birddog's version from package.json. */
export const VERSION = manifest.version;
