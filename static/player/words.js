// How the player says times, speeds and failures.

/** Return seconds as 4:07, or 1:04:07 from an hour on. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Return seconds in words, as a screen reader should say them. */
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [[Math.floor(whole / 3600), "hour"], [Math.floor(whole / 60) % 60, "minute"], [whole % 60, "second"]];
  const said = parts.filter(([count]) => count).map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return said.join(" ") || "0 seconds";
}

/** Return what happened, what was not done and what to do, for the status of an answer; 0 means no answer came. */
export function failure(status) {
  const sentences = {
    0: "The server did not answer, so nothing was played. Check the connection and try again.",
    401: "You are signed out, so nothing was played. Sign in again, then come back to this page.",
    403: "Nothing was played: you may not hear this recording, or the reason for listening has not been chosen yet.",
    404: "Nothing was played: this recording is not here.",
    410: "Nothing was played: this recording has been erased and cannot be brought back.",
    429: "Nothing was played: too many recordings were opened in a short time. Wait a moment, then try again.",
    503: "Nothing was played: the recording cannot be opened at the moment. Try again in a minute.",
  };
  return sentences[status] || "Nothing was played: the recording could not be opened. Try again, and tell an administrator if it stays so.";
}
