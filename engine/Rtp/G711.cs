using System.Numerics;

namespace MediaEngine.Rtp;

/// <summary>
/// A-law of ITU-T G.711 (RTP payload type 8, PCMA), between octets on the wire, even bits inverted, and 16-bit linear samples.
/// </summary>
public static class G711
{
    /// <summary>20 ms at 8 kHz.</summary>
    public const int Packet_samples = 160;

    /// <summary>RFC 3551 table 4.</summary>
    public const byte PayloadType = 8;

    /// <summary>The octet whose value is the smallest positive one: silence.</summary>
    public const byte Silence = 0xD5;

    // G.711 3.2: even bits are inverted on the line.
    private const byte EvenBits = 0x55;
    private const byte PositiveSign = 0x80;

    private static readonly short[] s_linear = MakeTable();

    /// <summary>The code of the quantising interval the sample lies in.</summary>
    public static byte EncodeALaw(short sample)
    {
        // One unit is the smallest quantising step, 16 of 65536; ~ maps -1..-32768 onto 0..32767, so intervals mirror.
        int magnitude = (sample >= 0 ? sample : ~sample) >> 4;
        int segment = Math.Max(0, BitOperations.Log2((uint)magnitude) - 3);
        int step = segment == 0 ? magnitude : (magnitude >> (segment - 1)) & 0x0F;
        int code = segment << 4 | step;
        return (byte)((sample >= 0 ? PositiveSign | code : code) ^ EvenBits);
    }

    /// <summary>The middle of the code's quantising interval.</summary>
    public static short DecodeALaw(byte code) => s_linear[code];

    /// <summary>Encodes every sample; <paramref name="codes"/> must be at least as long.</summary>
    public static void EncodeALaw(ReadOnlySpan<short> samples, Span<byte> codes)
    {
        for (int i = 0; i < samples.Length; i++)
            codes[i] = EncodeALaw(samples[i]);
    }

    /// <summary>Decodes every code; <paramref name="samples"/> must be at least as long.</summary>
    public static void DecodeALaw(ReadOnlySpan<byte> codes, Span<short> samples)
    {
        for (int i = 0; i < codes.Length; i++)
            samples[i] = s_linear[codes[i]];
    }

    /// <summary>What a listener hears of the samples: encoded in packets of 20 ms, the last filled with silence, and decoded.</summary>
    public static short[] RoundTrip(ReadOnlySpan<short> samples)
    {
        var codes = new byte[(samples.Length + Packet_samples - 1) / Packet_samples * Packet_samples];
        codes.AsSpan().Fill(Silence);
        EncodeALaw(samples, codes);
        var heard = new short[codes.Length];
        DecodeALaw(codes, heard);
        return heard;
    }

    /// <summary>Mean square of what the codes play; 1 = a square wave of full scale.</summary>
    public static double Power(ReadOnlySpan<byte> codes)
    {
        long sum = 0;
        foreach (byte code in codes)
            sum += s_linear[code] * s_linear[code];
        return codes.IsEmpty ? 0 : sum / (codes.Length * 32768.0 * 32768.0);
    }

    private static short[] MakeTable()
    {
        var table = new short[256];
        for (int octet = 0; octet < table.Length; octet++)
        {
            int code = octet ^ EvenBits;
            int segment = code >> 4 & 7, step = code & 0x0F;
            // In half units, so that the middle of an interval is whole.
            int halves = segment == 0 ? 2 * step + 1 : (2 * (step + 16) + 1) << (segment - 1);
            table[octet] = (short)((code & PositiveSign) != 0 ? 8 * halves : -8 * halves);
        }
        return table;
    }
}
