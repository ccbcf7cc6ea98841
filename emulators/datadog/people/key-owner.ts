/** Whose keys the emulator takes. */
export const ORGANISATION = 1_000_001;
export const CREATOR = {
  name: 'Birddog Sandbox',
  handle: 'sandbox@example.com',
  email: 'sandbox@example.com',
  id: 4_000_001,
};
