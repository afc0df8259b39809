using System.Text.Json.Serialization;

namespace MediaEngine.Tool;

/// <summary>What was heard of one talker between two pauses.</summary>
/// <param name="Ssrc">The talker's synchronisation source.</param>
/// <param name="Talker">The MCPTT ID floor control named while it was heard; null when it named none.</param>
/// <param name="Samples">8 kHz mono, by RTP timestamp; what was lost is silence.</param>
/// <param name="Packets">Packets that count: neither duplicates nor too far off.</param>
/// <param name="Lost">Sequence numbers between the first and the last packet that never came.</param>
/// <param name="Duplicates">Packets whose timestamp was there already.</param>
/// <param name="ViaMulticast">How many of the packets came over multicast.</param>
public sealed record HeardBurst(
    uint Ssrc, string? Talker, [property: JsonIgnore] short[] Samples, int Packets, int Lost, int Duplicates, int ViaMulticast)
{
    public double Duration_s => (double)Samples.Length / WavFile.SampleRate_Hz;
}
