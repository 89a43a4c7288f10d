declare module '@aws-lite/dynamodb'
declare module 'tiny-json-http'
