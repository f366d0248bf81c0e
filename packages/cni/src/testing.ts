export { type RecordingExec, recordingExec } from "./exec/recording-exec.ts";
