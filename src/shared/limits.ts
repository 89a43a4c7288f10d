// The numbers that rules and sentences share.

/** `@passwords minimum-length` of app.arc, in code points. 8 by default: docs/decisions.md says why. */
export const MIN_PASSWORD_CODE_POINTS = Number(process.env.PASSWORD_MINIMUM_LENGTH ?? 8)
/** bcrypt reads no more than 72 bytes. A longer password is refused, never truncated. */
export const MAX_PASSWORD_BYTES = 72
export const MAX_NAME_CODE_POINTS = 100
export const MAX_SCHOOL_CODE_POINTS = 200
export const MAX_AGE = 130
export const MAX_BODY_BYTES = 8192
