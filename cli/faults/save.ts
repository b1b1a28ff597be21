import { defineFault, infoNumber } from "../servers/fault.ts";

export default defineFault("save", {
  experience: "writes a snapshot of all that it holds (`SAVE`), and answers nobody meanwhile",
  effect: { data: "saves" },
  hits: { kind: "redis" },
  inject: (service) => service.redis().save(),
  // A snapshot is not taken back: the next one takes its place.
  heal: async () => {},
  engineShows: ({ feeling }, before) => infoNumber(feeling, "rdb_saves") > infoNumber(before.feeling, "rdb_saves"),
  isFelt: ({ feeling }, before) => {
    const unsaved = infoNumber(feeling, "rdb_changes_since_last_save");
    const unsavedBefore = infoNumber(before.feeling, "rdb_changes_since_last_save");
    const hasSaved = feeling.info?.rdb_last_save_time !== before.feeling.info?.rdb_last_save_time;
    return unsaved < unsavedBefore || (unsaved === 0 && hasSaved);
  },
  says: ({ feeling }) => ({
    engine: `Redis says that it wrote ${infoNumber(feeling, "rdb_saves")} snapshots since it was started`,
    felt: `${infoNumber(feeling, "rdb_changes_since_last_save")} writes came after the last snapshot`,
  }),
});
