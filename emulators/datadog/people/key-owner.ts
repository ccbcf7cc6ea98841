export const ORGANISATION = 1_000_001;
/** The user whose keys the emulator accepts, as the v1 API shows users. */
export const CREATOR = {
  name: 'Birddog Sandbox',
  handle: 'sandbox@example.com',
  email: 'sandbox@example.com',
  id: 4_000_001,
};
/** The same user as the v2 API shows users. */
export const KEY_OWNER = {
  type: 'users',
  id: '5a9d2b8c-0000-4000-8000-000000000001',
  attributes: {
    name: CREATOR.name,
    handle: CREATOR.handle,
    created_at: '2026-01-01T00:00:00.000000+00:00',
    modified_at: '2026-01-01T00:00:00.000000+00:00',
    email: CREATOR.email,
    icon: 'https://secure.gravatar.com/avatar/00000000000000000000000000000000?s=48&d=retro',
    title: null,
    verified: true,
    service_account: false,
    disabled: false,
    allowed_login_methods: [],
    status: 'Active',
  },
};
