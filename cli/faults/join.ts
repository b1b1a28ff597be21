import { defineFault } from "../servers/fault.ts";

export default defineFault("join", {
  experience: "a spare app server gets a line in the balancers' lists, and its share of the visitors",
  effect: { lists: "joined" },
  inject: (service) => service.stand("joined"),
  heal: (service) => service.stand(undefined),
  engineShows: ({ newcomers }, before) => !before.newcomers?.standing && newcomers?.standing === "joined",
  isFelt: ({ newcomers }) => newcomers?.stayAwayBy.length === 0,
});
