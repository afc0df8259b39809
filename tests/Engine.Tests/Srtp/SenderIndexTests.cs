using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Rtp;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Whatever a caller asks of a sender, and however often it restarts from its stored marks, no two packets get one keystream.
/// Payloads are zeros, so the ciphertext is the keystream: what is compared is what must not repeat, not our own idea of it.
/// </summary>
public sealed class SenderIndexTests
{
    private const int Ssrcs = 3;

    /// <summary>Profile and key derivation rate.</summary>
    public static TheoryData<SrtpProfile, int> Cases
    {
        get
        {
            var cases = new TheoryData<SrtpProfile, int>();
            foreach (SrtpProfile profile in Enum.GetValues<SrtpProfile>())
            {
                cases.Add(profile, 0);
                cases.Add(profile, 4);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NoKeystreamIsUsedTwice(SrtpProfile profile, int keyDerivationRate) =>
        Prop.ForAll<(byte Operation, byte Argument)[]>(script =>
        {
            using var caller = new Caller(new SrtpPolicy(profile) { KeyDerivationRate = keyDerivationRate });
            return script.All(step => caller.Do(step.Operation, step.Argument));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(400));

    [Fact]
    public void TheCallerGetsPacketsAndRefusalsOfEveryKind()
    {
        using var caller = new Caller(new SrtpPolicy(SrtpProfile.AeadAes128Gcm));
        var random = new Random(1);
        for (int i = 0; i < 5000; i++)
            Assert.True(caller.Do((byte)random.Next(256), (byte)random.Next(256)));
        Assert.Equal([SrtpOutcome.Ok, SrtpOutcome.IndexNotIncreasing, SrtpOutcome.IndexNotReserved], caller.Outcomes.Order());
        Assert.True(caller.Keystreams > 500 && caller.Restarts > 50 && caller.Rekeys > 50);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnIndexUsedTwiceWouldShow(SrtpProfile profile, int keyDerivationRate)
    {
        using SrtpMasterKey key = Packets.Key(1, "", profile);
        var policy = new SrtpPolicy(profile) { KeyDerivationRate = keyDerivationRate };
        using var one = new SrtpSender(key, policy);
        using var other = new SrtpSender(key, policy);
        byte[] zeros = [.. Packets.Rtp(7, payload_bytes: 0), .. new byte[16]];
        byte[] marked = [.. zeros];
        marked[1] ^= 0x80;
        Assert.Equal(one.Protect(zeros)[12..28], other.Protect(marked)[12..28]);
    }

    private sealed class Caller(SrtpPolicy policy) : IDisposable
    {
        private readonly SrtpMasterKey[] _keys =
            [.. Enumerable.Range(1, 3).Select(i => Packets.Key((byte)i, $"{i:x2}", policy.Profile))];

        private readonly HashSet<UInt128> _keystreams = [];
        private readonly ulong[] _marks = new ulong[Ssrcs];
        private readonly uint[] _rtcpMarks = new uint[Ssrcs];
        private readonly ushort[] _sequences = new ushort[Ssrcs];
        private readonly SrtpFanOut _fanOut = new();
        private SrtpSender? _sender;
        private int _key;
        private long _now;

        public HashSet<SrtpOutcome> Outcomes { get; } = [];

        public int Keystreams => _keystreams.Count;

        public int Restarts { get; private set; }

        public int Rekeys { get; private set; }

        /// <summary>False when a keystream repeats.</summary>
        public bool Do(byte operation, byte argument)
        {
            SrtpSender sender = _sender ??= Start();
            uint ssrc = (uint)(argument % Ssrcs);
            switch (operation % 16)
            {
                case 0:
                    Rekeys++;
                    sender.Rekey(_keys[_key = argument % _keys.Length]);
                    return true;
                case 1:
                    Rekeys++;
                    _now += 10;
                    _key = argument % _keys.Length;
                    sender.TryAddKey(
                        _keys[_key], new SrtpKeyLifetime(Instant.FromMilliseconds(_now), Instant.Never));
                    sender.Advance(Instant.FromMilliseconds(_now));
                    return true;
                case 2:
                    Reserve(sender, ssrc, argument);
                    return true;
                case 3:
                    // A jump of the caller's, back or forth.
                    sender.TryResume(ssrc, 1 + _marks[ssrc] * argument / 200);
                    sender.TryResumeRtcp(ssrc, 1 + _rtcpMarks[ssrc] * argument / 200);
                    return true;
                case 4:
                    Restarts++;
                    sender.Dispose();
                    _sender = null;
                    return true;
                case < 8:
                    byte[] rtcp = new byte[24];
                    Packets.Rtcp(ssrc).AsSpan(0, 8).CopyTo(rtcp);
                    return Record(
                        (byte[] buffer, out int length) => sender.ProtectRtcp(rtcp, buffer, out length), RtcpHeader.Length_bytes);
                default:
                    byte[] rtp = [.. Packets.Rtp(NextSequence(ssrc, argument), ssrc, payload_bytes: 0), .. new byte[16]];
                    return Record(
                        operation % 2 == 0
                            ? (byte[] buffer, out int length) => sender.Protect(rtp, buffer, out length)
                            : (byte[] buffer, out int length) => FanOut(sender, rtp, buffer, out length),
                        12);
            }
        }

        public void Dispose()
        {
            _sender?.Dispose();
            Array.ForEach(_keys, key => key.Dispose());
        }

        private delegate SrtpOutcome Protection(byte[] buffer, out int length);

        // Goes on after everything that may have been sent, and sends nothing without a reservation.
        private SrtpSender Start()
        {
            var sender = new SrtpSender(_keys[_key], policy);
            for (uint ssrc = 0; ssrc < Ssrcs; ssrc++)
            {
                sender.TryResume(ssrc, _marks[ssrc] + 1);
                sender.TryResumeRtcp(ssrc, _rtcpMarks[ssrc] + 1);
                Reserve(sender, ssrc, 20);
            }
            return sender;
        }

        private void Reserve(SrtpSender sender, uint ssrc, uint count)
        {
            sender.ReserveIndexes(ssrc, count, out _marks[ssrc]);
            sender.ReserveRtcpIndexes(ssrc, count, out _rtcpMarks[ssrc]);
        }

        private ushort NextSequence(uint ssrc, byte argument) => _sequences[ssrc] = (argument / Ssrcs) switch
        {
            < 60 => (ushort)(_sequences[ssrc] + 1),
            < 65 => _sequences[ssrc],
            < 70 => (ushort)(_sequences[ssrc] - argument),
            < 75 => (ushort)((int)_marks[ssrc] - argument % 4),
            _ => (ushort)(_sequences[ssrc] + 128 * argument),
        };

        private SrtpOutcome FanOut(SrtpSender sender, byte[] packet, byte[] destination, out int length)
        {
            int[] lengths = new int[1];
            var outcomes = new SrtpOutcome[1];
            _fanOut.Protect([sender], packet, destination, destination.Length, lengths, outcomes);
            length = lengths[0];
            return outcomes[0];
        }

        private bool Record(Protection protect, int header_bytes)
        {
            byte[] buffer = new byte[100];
            SrtpOutcome outcome = protect(buffer, out _);
            Outcomes.Add(outcome);
            return outcome != SrtpOutcome.Ok ||
                _keystreams.Add(BinaryPrimitives.ReadUInt128BigEndian(buffer.AsSpan(header_bytes)));
        }
    }
}
