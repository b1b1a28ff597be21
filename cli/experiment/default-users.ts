/** Per architecture; ten for each app server, so that nobody's fate hangs on chance. */
export const defaultUsers = 30;
