// Defaults of the settings in app.arc that the handler reads from its environment.

/** Sign-ups that one source may try in a window. A school shares one address. */
export const ATTEMPTS_PER_SOURCE = 100
export const ATTEMPTS_WINDOW_MINUTES = 15
