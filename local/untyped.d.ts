declare module '@aws-lite/dynamodb'
declare module 'dynalite'
