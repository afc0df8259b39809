using System.Buffers.Binary;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

public sealed class WavFileTests
{
    [Fact]
    public void What_was_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        short[] samples = [0, 1, -1, short.MaxValue, short.MinValue];
        WavFile.Write(folder.File("a.wav"), samples);
        Assert.Equal(samples, WavFile.Read(folder.File("a.wav")));
    }

    [Theory]
    [InlineData(1, 16000, 16, "16000 Hz")]
    [InlineData(1, 44100, 16, "44100 Hz")]
    [InlineData(2, 8000, 16, "2 channel(s)")]
    [InlineData(1, 8000, 8, "8 bits")]
    public void Other_kinds_are_refused_with_the_command_that_converts_them(int channels, int rate, int bits, string reason)
    {
        byte[] file = WavFile.Format([1, 2, 3]);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(22), (ushort)channels);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), rate);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(34), (ushort)bits);
        var error = Assert.Throws<ToolException>(() => WavFile.Parse(file, "talk.wav"));
        Assert.StartsWith("talk.wav:", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("sox \"talk.wav\" -r 8000 -c 1 -b 16 -e signed-integer \"talk-8k.wav\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chunks_that_are_not_known_are_skipped()
    {
        byte[] file = WavFile.Format([7, 8]);
        byte[] list = [.. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0];
        byte[] with = [.. file[..36], .. list, .. file[36..]];
        Assert.Equal([7, 8], WavFile.Parse(with, "a.wav"));
    }

    [Fact]
    public void Cut_off_files_never_crash_the_reader()
    {
        byte[] file = WavFile.Format([1, 2, 3, 4]);
        for (int length = 0; length < file.Length; length++)
        {
            try
            {
                Assert.True(WavFile.Parse(file.AsSpan(0, length), "a.wav").Length < 4);
            }
            catch (ToolException error)
            {
                Assert.StartsWith("a.wav:", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<ToolException>(() => WavFile.Read("nowhere.wav"));
        Assert.Contains("nowhere.wav", error.Message, StringComparison.Ordinal);
        Assert.Equal(ToolExit.Usage, error.ExitCode);
    }

    [Fact]
    public void Samples_that_ship_with_the_program_are_speech_of_the_right_kind()
    {
        short[] speech = WavFile.Read(SpeechSamples.Speech);
        short[] reply = WavFile.Read(SpeechSamples.Reply);
        Assert.InRange(speech.Length, 2 * WavFile.SampleRate_Hz, 3 * WavFile.SampleRate_Hz);
        Assert.InRange(reply.Length, WavFile.SampleRate_Hz, 2 * WavFile.SampleRate_Hz);
        Assert.All([speech, reply], samples => Assert.True(samples.Max(sample => Math.Abs((int)sample)) > 20_000, "not normalised"));
    }
}
