/** A worker without what a group looks for. */
export const createTheServer = (): void => {};
