/** Begins the names of the keys that sign a sandbox's access tokens. */
export const ofTokens = 'test-'
