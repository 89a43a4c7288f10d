declare module '@architect/inventory'
declare module '@architect/architect/src/index.js' {
  export default function arc(): Promise<boolean>
}
declare module '@architect/deploy/src/sam/index.js' {
  export default function packageApp(params: object, callback: (error: Error | null) => void): void
}
