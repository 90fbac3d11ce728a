/** Python files are embedded in the executable as text. */
declare module "*.py" {
  const text: string;
  export default text;
}
