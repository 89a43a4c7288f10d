import { type DeployArguments, NAMES, resource, type Template } from './architect.ts'

/** Takes out what Architect deploys with every app and this one does not use. */
export default { deploy: { start: ({ cloudformation }: DeployArguments) => removeUnused(cloudformation) } }

const UNUSED = [
  'GetCatchallHTTPLambda',
  'Role',
  'ParameterStorePolicy',
  'MathaiUsersParam',
  'MathaiSignupAttemptsParam',
] as const

/** @throws where one of them is not there to be taken out */
export function removeUnused(template: Template): void {
  for (const name of UNUSED) {
    resource(template, name)
    delete template.Resources[name]
  }
  const { paths } = resource(template, NAMES.api).Properties.DefinitionBody as {
    paths: Record<string, object>
  }
  delete paths['/{proxy+}']
  // Architect's own note on the function, which the SAM transform warns of.
  delete (resource(template, NAMES.signup) as { ArcMetadata?: object }).ArcMetadata
}
