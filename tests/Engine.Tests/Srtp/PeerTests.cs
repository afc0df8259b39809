using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Voice to and from programs with SRTP of their own, over sockets.</summary>
public sealed class PeerTests
{
    private const string Mki = "09bf9d3701c8de7b";
    private const int Wanted_packets = 20;
    private const int Payload_bytes = 160;

    // G.711 A-law: this octet, sent and decoded or not, is easy to tell from silence.
    private const byte Voice = 0x2A;

    [Fact]
    public void WeReadWhatFfmpegSends()
    {
        Peer.Require("ffmpeg", "ffmpeg");
        const SrtpProfile Profile = SrtpProfile.Aes128CmHmacSha1_80;
        using SrtpMasterKey key = Packets.Key(5, "", Profile);
        using Socket socket = Peer.Listen(IPAddress.Loopback);
        using Process ffmpeg = Peer.Start(
            "ffmpeg", $"-v error -re -f lavfi -i sine=d=10 -ar 8000 -ac 1 -c:a pcm_alaw -f rtp " +
            $"-srtp_out_suite AES_CM_128_HMAC_SHA1_80 -srtp_out_params {Inline(key)} srtp://127.0.0.1:{socket.Port()}");
        AssertReads(socket, ffmpeg, new SrtpPolicy(Profile), key);
    }

    [Fact]
    public async Task FfmpegReadsWhatWeSend()
    {
        Peer.Require("ffmpeg", "ffmpeg");
        const SrtpProfile Profile = SrtpProfile.Aes128CmHmacSha1_80;
        using SrtpMasterKey key = Packets.Key(5, "", Profile);
        int port = Peer.FreePort();
        string sdp = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                sdp,
                $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/SAVP 8\r\n" +
                $"a=rtpmap:8 PCMA/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{Inline(key)}\r\n");
            using Process ffmpeg = Peer.Start(
                "ffmpeg", $"-v error -protocol_whitelist file,udp,rtp,srtp,crypto -analyzeduration 0 -f sdp -i {sdp} " +
                "-c:a copy -flush_packets 1 -f alaw pipe:1");
            Assert.True(await HearsAsync(ffmpeg, key, new SrtpPolicy(Profile), new IPEndPoint(IPAddress.Loopback, port)));
        }
        finally
        {
            File.Delete(sdp);
        }
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_32)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_80)]
    public void WeReadWhatGStreamerSends(SrtpProfile profile)
    {
        RequireGStreamer();
        using SrtpMasterKey key = Packets.Key(5, Mki, profile);
        using Socket socket = Peer.Listen(IPAddress.Loopback);
        using Process gStreamer = Peer.Start("gst-launch-1.0", GStreamerSends(key, $"host=127.0.0.1 port={socket.Port()}"));
        AssertReads(socket, gStreamer, new SrtpPolicy(profile), key);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_32)]
    [InlineData(SrtpProfile.Aes256CmHmacSha1_80)]
    public async Task GStreamerReadsWhatWeSend(SrtpProfile profile)
    {
        RequireGStreamer();
        using SrtpMasterKey key = Packets.Key(5, Mki, profile);
        int port = Peer.FreePort();
        using Process gStreamer = Peer.Start("gst-launch-1.0", GStreamerReceives(key, $"port={port}"));
        Assert.True(await HearsAsync(gStreamer, key, new SrtpPolicy(profile), new IPEndPoint(IPAddress.Loopback, port)));
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1_80)]
    public async Task MulticastGoesBothWaysBetweenTwoNetworkNamespaces(SrtpProfile profile)
    {
        RequireGStreamer();
        Peer.Require("ip", "iproute2");
        using var other = OtherNamespace.Create();
        using SrtpMasterKey key = Packets.Key(5, Mki, profile);
        IPAddress group = IPAddress.Parse("239.255.77.7");

        using (Socket socket = Peer.Listen(IPAddress.Any))
        {
            socket.SetSocketOption(
                SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group, other.OurAddress));
            using Process sender = other.Start(
                "gst-launch-1.0",
                GStreamerSends(key, $"host={group} port={socket.Port()} multicast-iface={other.TheirInterface} ttl-mc=1"));
            AssertReads(socket, sender, new SrtpPolicy(profile), key);
        }

        int port = Peer.FreePort();
        using Process receiver = other.Start(
            "gst-launch-1.0",
            GStreamerReceives(key, $"address={group} port={port} multicast-iface={other.TheirInterface} auto-multicast=true"));
        Assert.True(await HearsAsync(receiver, key, new SrtpPolicy(profile), new IPEndPoint(group, port), other.OurAddress));
    }

    private static void AssertReads(Socket socket, Process peer, SrtpPolicy policy, SrtpMasterKey key)
    {
        try
        {
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            byte[] datagram = new byte[2048];
            for (int i = 0; i < Wanted_packets; i++)
            {
                int length = socket.Receive(datagram);
                byte[] packet = datagram[..length];
                Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(packet, out byte[] plain));
                Assert.True(plain.Length > 12, "a payload");
                Assert.Equal(8, plain[1] & 0x7F);
                Assert.Equal(SrtpOutcome.Replayed, receiver.Unprotect(packet, out _));
            }
        }
        finally
        {
            peer.Kill();
            peer.WaitForExit();
        }
    }

    private static async Task<bool> HearsAsync(
        Process peer, SrtpMasterKey key, SrtpPolicy policy, IPEndPoint destination, IPAddress? multicastFrom = null)
    {
        using var sender = new SrtpSender(key, policy);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (multicastFrom is not null)
        {
            socket.SetSocketOption(
                SocketOptionLevel.IP, SocketOptionName.MulticastInterface, multicastFrom.GetAddressBytes());
        }
        ushort sequence = 1;
        return await Peer.HearsAsync(peer, Send, Voice, Wanted_packets * Payload_bytes);

        void Send()
        {
            byte[] rtp = Packets.Rtp(sequence++, payload_bytes: Payload_bytes);
            rtp[1] = 8;
            rtp.AsSpan(12).Fill(Voice);
            try
            {
                socket.SendTo(sender.Protect(rtp), destination);
            }
            catch (SocketException)
            {
                // Nobody listens there yet.
            }
        }
    }

    private static void RequireGStreamer() => Peer.Require(
        "gst-launch-1.0", "gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad");

    private static string GStreamerSends(SrtpMasterKey key, string sink) =>
        $"-q audiotestsrc is-live=true num-buffers=1000 samplesperbuffer=160 ! audio/x-raw,rate=8000,channels=1 ! alawenc ! " +
        $"rtppcmapay ssrc=77 ! srtpenc key={KeyAndSalt(key)} mki={Convert.ToHexString(key.Mki)} rtp-cipher={Cipher(key)} " +
        $"rtp-auth={Authentication(key)} rtcp-cipher={Cipher(key)} rtcp-auth={RtcpAuthentication(key)} ! udpsink {sink} sync=false";

    private static string GStreamerReceives(SrtpMasterKey key, string source) =>
        $"-q udpsrc {source} caps=\"application/x-srtp,media=(string)audio,clock-rate=(int)8000,encoding-name=(string)PCMA," +
        $"payload=(int)8,ssrc=(uint){Packets.Ssrc},srtp-key=(buffer){KeyAndSalt(key)},mki=(buffer){Convert.ToHexString(key.Mki)}," +
        $"srtp-cipher=(string){Cipher(key)},srtp-auth=(string){Authentication(key)},srtcp-cipher=(string){Cipher(key)}," +
        $"srtcp-auth=(string){RtcpAuthentication(key)},roc=(uint)0\" ! srtpdec ! rtppcmadepay ! fdsink fd=1 sync=false";

    private static string Cipher(SrtpMasterKey key) =>
        $"aes-{8 * key.Profile.KeyLength_bytes()}-{(key.Profile.IsAead() ? "gcm" : "icm")}";

    private static string Authentication(SrtpMasterKey key) => key.Profile.RtpTagLength_bytes() switch
    {
        4 => "hmac-sha1-32",
        10 => "hmac-sha1-80",
        _ => "null",
    };

    private static string RtcpAuthentication(SrtpMasterKey key) => key.Profile.IsAead() ? "null" : "hmac-sha1-80";

    private static string KeyAndSalt(SrtpMasterKey key) => Convert.ToHexString(key.Key) + Convert.ToHexString(key.Salt);

    private static string Inline(SrtpMasterKey key) => Convert.ToBase64String((byte[])[.. key.Key, .. key.Salt]);

    /// <summary>A network namespace joined to ours by a pair of virtual interfaces; gone on Dispose.</summary>
    private sealed class OtherNamespace : IDisposable
    {
        private readonly string _name = $"srtp{Environment.ProcessId}{Interlocked.Increment(ref s_count)}";

        private static int s_count;

        public IPAddress OurAddress { get; } = IPAddress.Parse("10.255.77.1");

        public string TheirInterface => $"{Short}b";

        private string Short => _name[^Math.Min(_name.Length, 12)..];

        public static OtherNamespace Create()
        {
            Peer.Require(Environment.IsPrivilegedProcess, "Not root, so NO multicast between network namespaces was tried.");
            var other = new OtherNamespace();
            try
            {
                Peer.Run("ip", $"netns add {other._name}");
                Peer.Run("ip", $"link add {other.Short}a type veth peer name {other.TheirInterface} netns {other._name}");
                Peer.Run("ip", $"addr add {other.OurAddress}/30 dev {other.Short}a");
                Peer.Run("ip", $"link set {other.Short}a up");
                Peer.Run("ip", $"-n {other._name} addr add 10.255.77.2/30 dev {other.TheirInterface}");
                Peer.Run("ip", $"-n {other._name} link set {other.TheirInterface} up");
                Peer.Run("ip", $"-n {other._name} route add 224.0.0.0/4 dev {other.TheirInterface}");
            }
            catch (InvalidOperationException failure)
            {
                other.Dispose();
                Peer.Require(false, $"No network namespace, so NO multicast was tried: {failure.Message}");
            }
            return other;
        }

        public Process Start(string program, string arguments) =>
            Peer.Start("ip", $"netns exec {_name} {program} {arguments}");

        public void Dispose()
        {
            using Process remove = Peer.Start("ip", $"netns del {_name}");
            remove.WaitForExit();
        }
    }
}
