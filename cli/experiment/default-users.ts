/** Per architecture: ten for each app server, so that chance leaves no app server without users. */
export const defaultUsers = 30;
