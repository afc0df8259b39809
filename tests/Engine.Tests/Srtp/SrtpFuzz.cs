using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Fuzz target: whatever arrives, nothing throws, and what is refused changes nothing that later packets could show. The
/// first octet chooses profile and ROC rate, the second SRTP or SRTCP; the rest is the packet. Not for several threads.
/// </summary>
internal static class SrtpFuzz
{
    public const int Configurations = 12;

    // A subject is young enough that the corpus's packets lie inside its replay windows.
    private const int PacketsPerSubject = 120;
    private const int PacketsPerGenuine = 4;
    private const uint CorpusSsrc = 1;

    private static readonly Subject?[] Subjects = new Subject?[Configurations];

    public static void Fuzz(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2)
            return;
        int configuration = data[0] % Configurations;
        Subject subject = Subjects[configuration] ??= new Subject(configuration);
        subject.Receive(data[2..], rtcp: (data[1] & 1) != 0);
        if (subject.Received < PacketsPerSubject)
            return;
        subject.Dispose();
        Subjects[configuration] = null;
    }

    public static SrtpPolicy PolicyOf(int configuration)
    {
        var profile = (SrtpProfile)(configuration % 6);
        int rate = profile.RtpTagLength_bytes() == 4 ? 0 : configuration / 6 * 3;
        return new SrtpPolicy(profile, rate, 64, MaxStreams: 2) { AcceptUnencryptedRtcp = true, MaxKeys = 2 };
    }

    public static SrtpMasterKey KeyOf(int configuration) =>
        Packets.Key(3, configuration < 6 ? "09bf9d3701c8de7b" : "2ddd5bf0", PolicyOf(configuration).Profile);

    /// <summary>A receiver that gets the input and a twin that does not, both fed by one genuine sender.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly SrtpMasterKey _key;
        private readonly SrtpMasterKey _candidate;
        private readonly SrtpPolicy _policy;
        private readonly SrtpSender _sender;
        private readonly SrtpReceiver _attacked;
        private readonly SrtpReceiver _twin;
        private readonly byte[] _plain = new byte[65536];
        private readonly byte[] _otherPlain = new byte[65536];
        private readonly byte[] _genuine = new byte[200];
        private ushort _sequence = 0xFFF4;

        public Subject(int configuration)
        {
            _policy = PolicyOf(configuration);
            _key = KeyOf(configuration);
            _candidate = Packets.Key(9, configuration < 6 ? "0000000000000009" : "00000009", _policy.Profile);
            _sender = new SrtpSender(_key, _policy);
            _attacked = Packets.Receiver(_policy, _key);
            _twin = Packets.Receiver(_policy, _key);
            Genuine();
        }

        public int Received { get; private set; }

        public void Receive(ReadOnlySpan<byte> packet, bool rtcp)
        {
            Received++;
            SrtpReceiver.TryReadMki(packet, _policy, _key.Mki.Length, out _);
            SrtpReceiver.TryReadRtcpMki(packet, _policy, _key.Mki.Length, out _);
            SrtpOutcome outcome = rtcp
                ? _attacked.UnprotectRtcp(packet, _plain, out int length)
                : _attacked.Unprotect(packet, _plain, out length);
            if (outcome == SrtpOutcome.Ok)
            {
                // The corpus holds genuine packets, and a mutation may leave one whole.
                SrtpOutcome again = rtcp
                    ? _twin.UnprotectRtcp(packet, _otherPlain, out int otherLength)
                    : _twin.Unprotect(packet, _otherPlain, out otherLength);
                Require(again == SrtpOutcome.Ok && _plain.AsSpan(0, length).SequenceEqual(_otherPlain.AsSpan(0, otherLength)));
            }
            else
            {
                Require(length == 0);
                Require(_attacked.UnprotectProvisional(_candidate, packet, _plain, out _) != SrtpOutcome.Ok);
            }
            Require(_attacked.KeyCount == 1);
            if (Received % PacketsPerGenuine == 0)
                Genuine();
        }

        public void Dispose()
        {
            _sender.Dispose();
            _attacked.Dispose();
            _twin.Dispose();
            _key.Dispose();
            _candidate.Dispose();
        }

        private void Genuine()
        {
            Packets.Rtp(_sequence++, CorpusSsrc).CopyTo(_genuine, 0);
            Require(_sender.Protect(_genuine, 32, out int length) == SrtpOutcome.Ok);
            Compare(_genuine.AsSpan(0, length), rtcp: false);
            Packets.Rtcp(CorpusSsrc).CopyTo(_genuine, 0);
            Require(_sender.ProtectRtcp(_genuine, 24, out length) == SrtpOutcome.Ok);
            Compare(_genuine.AsSpan(0, length), rtcp: true);
        }

        private void Compare(ReadOnlySpan<byte> packet, bool rtcp)
        {
            SrtpOutcome mine = rtcp ? _attacked.UnprotectRtcp(packet, _plain, out _) : _attacked.Unprotect(packet, _plain, out _);
            SrtpOutcome other = rtcp ? _twin.UnprotectRtcp(packet, _otherPlain, out _) : _twin.Unprotect(packet, _otherPlain, out _);
            Require(mine == other && mine is SrtpOutcome.Ok or SrtpOutcome.Replayed or SrtpOutcome.TooOld);
        }

        private static void Require(bool holds)
        {
            if (!holds)
                throw new InvalidOperationException("A refused packet changed something.");
        }
    }
}
