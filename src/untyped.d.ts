declare module '@architect/inventory'
declare module '@aws-lite/cloudformation'
declare module '@aws-lite/dynamodb'
declare module 'dynalite'
declare module 'tiny-json-http'
declare module '*.html' {
  const text: string
  export default text
}
