import type { Template } from '../architect.ts'

/** @throws if a Ref, Fn::GetAtt, Fn::Sub or DependsOn names a resource that is not in the template */
export function checkReferences(template: Template): void {
  const missing = referencesIn(template)
    .map((reference) => String(reference).split('.')[0] ?? '')
    .filter((name) => !name.startsWith('AWS::') && !(name in template.Resources))
  if (missing.length) {
    throw Error(`The template refers to ${[...new Set(missing)].join(', ')}, which is not in it`)
  }
}

function referencesIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => {
    if (key === 'Ref') return [child]
    if (key === 'DependsOn') return [child].flat()
    if (key === 'Fn::GetAtt') return [[child].flat()[0]]
    if (key === 'Fn::Sub') return referencesInSub(child)
    return referencesIn(child)
  })
}

/** The `${Name}` of a Fn::Sub: a text, or a text with variables of its own. `${!Name}` is not a reference. */
function referencesInSub(sub: unknown): unknown[] {
  const [text, variables = {}] = [sub].flat() as [string, object?]
  const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name?.trim())
  return [...names.filter((name) => !(String(name) in variables)), ...referencesIn(variables)]
}
