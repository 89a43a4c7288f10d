import type { Manifest } from './architect.ts'
import { tableNames } from './manifest.ts'
import { readSettings } from './settings.ts'

/** The environment of every function, by stage; `testing` is Sandbox. In AWS, stack/functions.ts adds the names of the tables. */
export function environment(arc: Manifest) {
  const { limits, passwords } = readSettings(arc)
  const settings = {
    ...(limits['attempts-per-source'] !== 'off' && { ATTEMPTS_PER_SOURCE: limits['attempts-per-source'] }),
    ATTEMPTS_WINDOW_MINUTES: limits['attempts-window-minutes'],
    PASSWORD_MINIMUM_LENGTH: passwords['minimum-length'],
    ...(passwords['breach-check'] && { BREACHED_PASSWORDS_URL: 'https://api.pwnedpasswords.com' }),
  }
  const localNames = Object.fromEntries(tableNames(arc).map((name) => [name, `${arc.app}-staging-${name}`]))
  return { testing: { ...settings, TABLE_NAMES: localNames }, staging: settings, production: settings }
}
