// What is imported as text. Bun has types for texts that end with .txt alone.

declare module "*.css" {
  const text: string;
  export default text;
}

declare module "*.js" {
  const text: string;
  export default text;
}
