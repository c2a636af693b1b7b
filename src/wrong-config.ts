/** A start that the environment makes impossible: exit code 2. Its message has one line for each wrong variable. */
export class WrongConfig extends Error {}
