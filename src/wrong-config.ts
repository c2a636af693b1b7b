/** A start that the environment forbids: exit code 2. Its message has one line for each wrong variable. */
export class WrongConfig extends Error {}
