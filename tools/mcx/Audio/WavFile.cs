using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MediaEngine.Tool;

/// <summary>RIFF WAVE files of the one kind the endpoint talks: linear PCM, 8 kHz, mono, 16 bits.</summary>
public static class WavFile
{
    public const int SampleRate_Hz = 8000;

    /// <summary>About an hour; a file is read into memory whole.</summary>
    public const int MaxLength_bytes = 64 << 20;

    private const int HeaderLength_bytes = 44;
    private const ushort FormatPcm = 1;
    private const ushort FormatExtensible = 0xFFFE;

    /// <summary>The samples of the file. Anything but 8 kHz mono 16-bit PCM is refused with the command that converts it.</summary>
    /// <exception cref="ToolException">The file cannot be read or is not of that kind.</exception>
    public static short[] Read(string path)
    {
        byte[] content;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxLength_bytes)
                throw new ToolException($"{path}: {length} octets, more than the {MaxLength_bytes} read into memory; cut it shorter.");
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot read the WAV file ({e.Message.TrimEnd('.')}); check the path.", ToolExit.Usage, e);
        }
        return Parse(content, path);
    }

    /// <summary>Same as <see cref="Read"/> on octets in memory; <paramref name="name"/> is for the error text.</summary>
    public static short[] Parse(ReadOnlySpan<byte> content, string name)
    {
        if (content.Length < 12 || !content[..4].SequenceEqual("RIFF"u8) || !content.Slice(8, 4).SequenceEqual("WAVE"u8))
            throw new ToolException($"{name}: not a RIFF WAVE file; {Conversion(name)}");
        bool formatSeen = false;
        int at = 12;
        while (content.Length - at >= 8)
        {
            ReadOnlySpan<byte> id = content.Slice(at, 4);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(content[(at + 4)..]);
            at += 8;
            bool isData = id.SequenceEqual("data"u8);
            // A writer that streams leaves the data length at its maximum: take what is there.
            if (length > content.Length - at && !isData)
                throw new ToolException($"{name}: the file ends inside a chunk; it is cut off, copy or record it again.");
            int available = (int)Math.Min(length, content.Length - at);
            if (id.SequenceEqual("fmt "u8))
            {
                CheckFormat(content.Slice(at, available), name);
                formatSeen = true;
            }
            else if (isData)
            {
                if (!formatSeen)
                    throw new ToolException($"{name}: the data chunk comes before the format chunk; {Conversion(name)}");
                return ToSamples(content.Slice(at, available));
            }
            at += available + (available & 1);
        }
        throw new ToolException($"{name}: no {(formatSeen ? "data" : "format")} chunk; the file is cut off, copy or record it again.");
    }

    /// <summary>Writes 8 kHz mono 16-bit PCM, replacing the file.</summary>
    public static void Write(string path, ReadOnlySpan<short> samples)
    {
        try
        {
            File.WriteAllBytes(path, Format(samples));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path}: cannot write the WAV file ({e.Message.TrimEnd('.')}); choose another --out-dir.", ToolExit.Usage, e);
        }
    }

    /// <summary>The octets of a file with these samples.</summary>
    public static byte[] Format(ReadOnlySpan<short> samples)
    {
        int length = 2 * samples.Length;
        var content = new byte[HeaderLength_bytes + length];
        Span<byte> header = content;
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], HeaderLength_bytes - 8 + length);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], FormatPcm);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], SampleRate_Hz);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], 2 * SampleRate_Hz);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], length);
        for (int i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(header[(HeaderLength_bytes + 2 * i)..], samples[i]);
        return content;
    }

    private static void CheckFormat(ReadOnlySpan<byte> format, string name)
    {
        if (format.Length < 16)
            throw new ToolException($"{name}: the format chunk is cut off; {Conversion(name)}");
        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(format);
        // WAVE_FORMAT_EXTENSIBLE names the real format in the first two octets of its sub-format.
        if (tag == FormatExtensible && format.Length >= 26)
            tag = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]);
        int channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        uint rate_Hz = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (tag != FormatPcm || channels != 1 || rate_Hz != SampleRate_Hz || bits != 16)
            throw new ToolException(
                $"{name}: {(tag == FormatPcm ? "PCM" : $"format {tag}")}, {rate_Hz} Hz, {channels} channel(s), {bits} bits; " +
                $"needed is PCM, 8000 Hz, 1 channel, 16 bits; {Conversion(name)}");
    }

    private static short[] ToSamples(ReadOnlySpan<byte> data)
    {
        var samples = new short[data.Length / 2];
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.Cast<byte, short>(data[..(2 * samples.Length)]).CopyTo(samples);
            return samples;
        }
        for (int i = 0; i < samples.Length; i++)
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]);
        return samples;
    }

    private static string Conversion(string name) =>
        $"convert it: sox \"{name}\" -r 8000 -c 1 -b 16 -e signed-integer \"{Path.ChangeExtension(name, null)}-8k.wav\"";
}
