// The volume of each speaker. The sound runs through a splitter only once somebody plays it: a browser lets nothing
// sound before a hand has asked for it.

export class Sides {
  constructor(audio, count) {
    this.audio = audio;
    this.volumes = new Array(count).fill(1);
    this.gains = [];
  }

  /** Join the sound to the speakers; call it from a click or a key. */
  start() {
    if (this.volumes.length < 2) return;
    if (!this.context) this.#connect();
    if (this.context.state === "suspended") this.context.resume();
  }

  /** Set the volume of a side, 0 to 1. */
  set(side, volume) {
    this.volumes[side] = volume;
    if (this.volumes.length < 2) this.audio.volume = volume;
    else if (this.gains[side]) this.gains[side].gain.setTargetAtTime(volume, this.context.currentTime, 0.02);
  }

  #connect() {
    this.context = new AudioContext();
    const count = this.volumes.length;
    const splitter = this.context.createChannelSplitter(count);
    const merger = this.context.createChannelMerger(count);
    this.context.createMediaElementSource(this.audio).connect(splitter);
    this.gains = this.volumes.map((volume, side) => {
      const gain = this.context.createGain();
      gain.gain.value = volume;
      splitter.connect(gain, side);
      gain.connect(merger, 0, side);
      return gain;
    });
    merger.connect(this.context.destination);
  }
}
