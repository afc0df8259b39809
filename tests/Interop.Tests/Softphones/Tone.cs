using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Tones that are still told apart after another program's codec, jitter buffer and file.</summary>
internal static class Tone
{
    private const int Block = 160;

    public static short[] Of(double frequency_Hz, double length_s) =>
        [.. Enumerable.Range(0, (int)(length_s * WavFile.SampleRate_Hz)).Select(i => (short)(12_000 * Math.Sin(2 * Math.PI * frequency_Hz * i / WavFile.SampleRate_Hz)))];

    /// <summary>Tone and silence in turn.</summary>
    public static short[] Bursts(double frequency_Hz, double tone_s, double silence_s, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(_ => Of(frequency_Hz, tone_s).Concat(new short[(int)(silence_s * WavFile.SampleRate_Hz)]))];

    /// <summary>Seconds of the samples in which that tone is heard and little else (Goertzel over blocks of 20 ms).</summary>
    public static double LengthIn(ReadOnlySpan<short> samples, double frequency_Hz)
    {
        int blocks = 0;
        double coefficient = 2 * Math.Cos(2 * Math.PI * frequency_Hz / WavFile.SampleRate_Hz);
        for (int at = 0; at + Block <= samples.Length; at += Block)
        {
            double before = 0, last = 0, energy = 0;
            foreach (short sample in samples.Slice(at, Block))
            {
                (before, last) = (last, sample + coefficient * last - before);
                energy += (double)sample * sample;
            }
            double power = (last * last + before * before - coefficient * last * before) * 2 / Block;
            if (energy > Block * 1e6 && power > 0.7 * energy)
                blocks++;
        }
        return blocks * (double)Block / WavFile.SampleRate_Hz;
    }
}
