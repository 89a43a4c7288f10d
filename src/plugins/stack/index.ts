import { type DeployArguments, requireCompiled, type SetterArguments } from '../architect.ts'
import { corsPolicy } from '../cors.ts'
import { environment } from '../environment.ts'
import { checkManifest } from '../manifest.ts'
import { readSettings } from '../settings.ts'
import { addAlarms } from './alarms.ts'
import { addDomain } from './domain.ts'
import { configureFunctions } from './functions.ts'
import { configureApi } from './http-api.ts'
import { addOutputs, printOutputs } from './outputs.ts'
import { checkReferences } from './references.ts'
import { removeUnused } from './remove-unused.ts'
import { limitRole } from './role.ts'
import { configureTables } from './tables.ts'

/** Architect makes the CloudFormation template. These steps change it, in this order; each is a file of this folder. */
export default { set: { env }, deploy: { start, end: printOutputs } }

function env({ arc, inventory: { inv } }: SetterArguments) {
  checkManifest(arc, inv._arc.pragmas.all)
  return environment(arc)
}

function start({ arc, inventory: { inv }, cloudformation: template, stage }: DeployArguments): void {
  requireCompiled(inv)
  const settings = readSettings(arc)
  removeUnused(template, inv)
  configureFunctions(template, settings.limits, inv)
  limitRole(template, inv, settings.role['permissions-boundary'])
  configureTables(template, settings.limits, inv, stage)
  configureApi(template, settings.limits, corsPolicy(settings.cors[stage], arc))
  addAlarms(template, settings.alarms[stage])
  addDomain(template, settings.domain[stage])
  addOutputs(template, settings.domain[stage])
  checkReferences(template)
}
