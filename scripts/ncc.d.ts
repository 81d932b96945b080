declare module '@vercel/ncc' {
  export default function ncc(input: string, options: Readonly<Record<string, unknown>>): Promise<unknown>;
}
