declare module '@architect/functions/src/tables/index.js' {
  // biome-ignore lint/suspicious/noExplicitAny: a row has what was written into it
  type Rows = { mathai_users: any; [table: string]: any }
  type Tables = Awaited<ReturnType<typeof import('@architect/functions').tables<Rows>>>
  export default function createTables(arc: {
    services(): Promise<{ tables: Record<string, string> }>
  }): () => Promise<Tables>
}
declare module '@architect/utils' {
  export function toLogicalID(name: string): string
  export function getLambdaName(path: string): string
}
// esbuild.cjs reads these as text.
declare module '*.yaml'
declare module '*.html'
declare module '*.css'
declare module '*?script'
