/** A wrong command line. The program refers to the help of the command and exits with code 2. */
export class WrongUsage extends Error {}
