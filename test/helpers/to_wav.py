"""Writes a file of sound as wav, 16 kHz, mono. Usage: to_wav.py <file> <target>. Runs in the engine's environment."""

import sys
import wave

import av

source, target = sys.argv[1:]
resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
with av.open(source) as container, wave.open(target, "wb") as file:
    file.setparams((1, 2, 16_000, 0, "NONE", ""))
    for frame in container.decode(audio=0):
        for part in resampler.resample(frame):
            file.writeframes(part.to_ndarray().tobytes())
