import { toLogicalID } from '@architect/utils'
import type { Inventory, Template } from '../architect.ts'
import { API, functionsOf, requireResource } from './template.ts'

/**
 * Removes what Architect deploys with every app and this one does not use: the function that serves static files, and
 * the SSM parameters with the names of the tables.
 * @throws if one of them is not in the template
 */
export function removeUnused(template: Template, { tables }: Inventory): void {
  const parameters = tables.map(({ name }) => `${toLogicalID(name)}Param`)
  for (const name of ['ParameterStorePolicy', ...parameters]) {
    requireResource(template, name)
    delete template.Resources[name]
  }
  for (const [name, lambda] of functionsOf(template)) {
    if (lambda.ArcMetadata?.arcStaticAssetProxy) {
      delete template.Resources[name]
      delete requireResource(template, API).Properties.DefinitionBody.paths['/{proxy+}']
    }
    // The SAM transform warns of this note of Architect.
    delete lambda.ArcMetadata
  }
}
