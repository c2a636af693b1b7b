/** An environment with which the program cannot start: exit code 2. The message has one line for each wrong variable. */
export class WrongConfig extends Error {}
