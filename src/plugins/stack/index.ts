import { toLogicalID } from '@architect/utils'
import type { DeployArguments, SetterArguments } from '../architect.ts'
import { requireCompiled } from '../compiled.ts'
import { corsPolicy } from '../cors.ts'
import { findManifestMistakes } from '../manifest.ts'
import { readSettings } from '../settings.ts'
import { environment } from '../this-app.ts'
import { addAlarms } from './alarms.ts'
import { addDomain } from './domain.ts'
import { configureFunctions } from './functions.ts'
import { configureApi } from './http-api.ts'
import { addOutputs } from './outputs.ts'
import { removeUnused } from './remove-unused.ts'
import { limitRole } from './role.ts'
import { configureTables } from './tables.ts'

/** Architect makes the CloudFormation template. These steps change it, in this order; each is a file of this folder. */
export default { set: { env }, deploy: { start } }

function env({ arc, inventory: { inv } }: SetterArguments) {
  const settings = readSettings(arc, findManifestMistakes(arc, inv))
  // End-to-end tests of a front end sign up more often than a person. They run in Sandbox.
  if (!inv._arc.deployStage && process.env.ATTEMPTS_PER_SOURCE === 'off') settings.limits['attempts-per-source'] = 'off'
  return environment(settings)
}

function start({ arc, inventory: { inv }, cloudformation: template, stackName, stage }: DeployArguments): void {
  requireCompiled(inv)
  const settings = readSettings(arc)
  // A domain belongs to one API, so that a stack with a name of its own gets none.
  const isNamed = stackName !== toLogicalID(inv.app) + toLogicalID(stage)
  const domain = isNamed ? null : settings.domain[stage]
  removeUnused(template, inv)
  configureFunctions(template, settings.limits, inv)
  limitRole(template, inv, settings.role['permissions-boundary'])
  configureTables(template, inv, stage)
  configureApi(template, settings.limits, corsPolicy(settings.cors[stage], arc))
  addAlarms(template, settings.alarms[stage])
  addDomain(template, domain)
  addOutputs(template, domain)
}
