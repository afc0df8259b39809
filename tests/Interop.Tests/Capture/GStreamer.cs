using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;

namespace MediaEngine.Interop.Tests;

/// <summary>
/// srtpdec and srtpenc of GStreamer, which work with libsrtp. Packets go in and out of files framed as in RFC 4571, so nothing
/// depends on time.
/// </summary>
internal static class GStreamer
{
    // AEAD_AES_128_GCM has no authentication of its own beside the cipher's.
    private const string Gcm = "srtp-cipher=(string)aes-128-gcm,srtp-auth=(string)null,srtcp-cipher=(string)aes-128-gcm,srtcp-auth=(string)null";

    private static readonly ConcurrentDictionary<string, Lazy<Task<bool>>> Elements = new();

    /// <summary>Skips the test, or in CI fails it, when an element these tests use is not installed.</summary>
    public static async Task RequireAsync()
    {
        PeerProgram.Require("gst-inspect-1.0", "gstreamer1.0-tools");
        await RequireElementAsync("audiotestsrc", "gstreamer1.0-plugins-base");
        foreach (string element in (string[])["rtpstreamdepay", "rtppcmadepay", "alawdec"])
            await RequireElementAsync(element, "gstreamer1.0-plugins-good");
        await RequireElementAsync("srtpdec", "gstreamer1.0-plugins-bad");
    }

    /// <summary>The A-law octets of one RTP stream, as they came.</summary>
    /// <param name="packets">In the order they are to be played.</param>
    /// <param name="ssrc">Of the stream.</param>
    /// <param name="keyAndSalt">Hexadecimal, for AEAD_AES_128_GCM without MKI; null for RTP in clear.</param>
    public static async Task<byte[]> ReadOctetsAsync(IEnumerable<byte[]> packets, uint ssrc, string? keyAndSalt)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("in"), Frame(packets));
        const string Audio = "media=(string)audio,clock-rate=(int)8000,encoding-name=(string)PCMA,payload=(int)8";
        string[] open = keyAndSalt is null
            ? [$"application/x-rtp-stream,{Audio}", "!", "rtpstreamdepay", "!", $"application/x-rtp,{Audio}", "!"]
            : [$"application/x-srtp-stream,{Audio}", "!", "rtpstreamdepay", "!", $"application/x-srtp,{Audio},{Key(ssrc, keyAndSalt, mki: null)}", "!", "srtpdec", "!"];
        await LaunchAsync(["filesrc", $"location={folder.File("in")}", "!", .. open, "rtppcmadepay", "!", "filesink", $"location={folder.File("out")}"]);
        return await File.ReadAllBytesAsync(folder.File("out"));
    }

    /// <summary>The A-law audio of one SRTP stream, decoded to 16-bit little-endian samples; empty when the key is wrong.</summary>
    public static async Task<byte[]> DecodeAudioAsync(IEnumerable<byte[]> packets, uint ssrc, string keyAndSalt, string mki)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("in"), Frame(packets));
        const string Audio = "media=(string)audio,clock-rate=(int)8000,encoding-name=(string)PCMA,payload=(int)8";
        await LaunchAsync(
            "filesrc", $"location={folder.File("in")}", "!", $"application/x-srtp-stream,{Audio}", "!", "rtpstreamdepay", "!",
            $"application/x-srtp,{Audio},{Key(ssrc, keyAndSalt, mki)}", "!", "srtpdec", "!",
            "rtppcmadepay", "!", "alawdec", "!", "filesink", $"location={folder.File("out")}");
        return await File.ReadAllBytesAsync(folder.File("out"));
    }

    /// <summary>The RTCP packets of one SRTCP stream.</summary>
    public static async Task<byte[][]> UnprotectRtcpAsync(IEnumerable<byte[]> packets, uint ssrc, string keyAndSalt, string mki)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("in"), Frame(packets));
        await LaunchAsync(
            "filesrc", $"location={folder.File("in")}", "!", "application/x-srtcp-stream", "!", "rtpstreamdepay", "!",
            $"application/x-srtcp,{Key(ssrc, keyAndSalt, mki)}", "!", "srtpdec.rtcp_sink", "srtpdec", "name=srtpdec", "srtpdec.rtcp_src", "!",
            "rtpstreampay", "!", "filesink", $"location={folder.File("out")}");
        return Unframe(await File.ReadAllBytesAsync(folder.File("out")));
    }

    /// <summary>A 20 ms A-law stream of a tone, as SRTP packets, and its A-law octets.</summary>
    /// <param name="keyAndSalt">Hexadecimal, for AEAD_AES_128_GCM; null for RTP in clear.</param>
    /// <param name="mki">Hexadecimal, or null for none.</param>
    public static async Task<(byte[][] Packets, byte[] Octets)> EncryptToneAsync(int packets, uint ssrc, ushort firstSequence, string? keyAndSalt, string? mki)
    {
        using var folder = new TemporaryFolder();
        string number = packets.ToString(CultureInfo.InvariantCulture);
        await LaunchAsync([
            "audiotestsrc", $"num-buffers={number}", "samplesperbuffer=160", "!", "audio/x-raw,rate=8000,channels=1", "!", "alawenc", "!", "tee", "name=tee",
            "tee.", "!", "queue", "!", "rtppcmapay", "min-ptime=20000000", "max-ptime=20000000", $"ssrc={ssrc}", $"seqnum-offset={firstSequence}", "!",
            .. keyAndSalt is null ? (string[])[] : ["srtpenc", $"key={keyAndSalt}", .. mki is null ? (string[])[] : [$"mki={mki}"], "rtp-cipher=aes-128-gcm", "rtp-auth=null", "rtcp-cipher=aes-128-gcm", "rtcp-auth=null", "!"],
            "rtpstreampay", "!", "filesink", $"location={folder.File("packets")}",
            "tee.", "!", "queue", "!", "filesink", $"location={folder.File("octets")}"]);
        return (Unframe(await File.ReadAllBytesAsync(folder.File("packets"))), await File.ReadAllBytesAsync(folder.File("octets")));
    }

    private static async Task RequireElementAsync(string element, string debianPackage)
    {
        bool present = await Elements.GetOrAdd(element, name => new Lazy<Task<bool>>(async () =>
            (await PeerProgram.TryRunAsync("gst-inspect-1.0", ["--exists", name])).ExitCode == 0)).Value;
        PeerProgram.Require(present, $"GStreamer's {element}", debianPackage);
    }

    private static Task<string> LaunchAsync(params string[] pipeline) => PeerProgram.RunAsync("gst-launch-1.0", ["-q", .. pipeline]);

    private static string Key(uint ssrc, string keyAndSalt, string? mki) =>
        $"ssrc=(uint){ssrc.ToString(CultureInfo.InvariantCulture)},srtp-key=(buffer){keyAndSalt},{(mki is null ? string.Empty : $"mki=(buffer){mki},")}roc=(uint)0,{Gcm}";

    private static byte[] Frame(IEnumerable<byte[]> packets)
    {
        using var framed = new MemoryStream();
        foreach (byte[] packet in packets)
            framed.Write([(byte)(packet.Length >> 8), (byte)packet.Length, .. packet]);
        return framed.ToArray();
    }

    private static byte[][] Unframe(byte[] framed)
    {
        var packets = new List<byte[]>();
        for (int at = 0; at < framed.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(framed.AsSpan(at));
            packets.Add(framed.AsSpan(at + 2, length).ToArray());
            at += 2 + length;
        }
        return [.. packets];
    }
}
