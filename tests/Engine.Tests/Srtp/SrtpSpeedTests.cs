using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using MediaEngine.Bench;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// The coarse guard of the ratio that bench/Micro measures well: a kernel that fell back, a copy or a look-up too many show
/// here. Thread time and a ratio, round by round in turn, so that a busy machine disturbs both sides alike.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SrtpSpeedTests
{
    private const double Goal = 0.3;
    private const int Tries = 3;
    private const double WarmUp_ns = 400e6;
    private const int Rounds = 31;
    private const int Round_packets = 512;
    private const int Payload_bytes = 160;

    [Fact]
    public void TheWholePathCostsAThirdOfTheFrameworksCipherAlone()
    {
        if (SrtpCipher.Current == SrtpCipherKind.Framework)
            Assert.Skip($"The framework's cipher would be compared with itself: {SrtpCipher.Reason}");
        if (typeof(SrtpSender).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true)
            Assert.Skip("Compiled without optimization: nothing was measured. Build with -c Release.");
        var ratios = new List<double>();
        using var ours = new Ours();
        using var framework = new Framework();
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            // The runtime compiles roughly first and well once the code has run for a while, in the background.
            double warm = ThreadClock.Now_ns() + WarmUp_ns;
            while (ThreadClock.Now_ns() < warm)
                ours.Packet();
            double[] mine = new double[Rounds];
            double[] theirs = new double[Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                mine[round] = Time_ns(ours.Packet);
                theirs[round] = Time_ns(framework.Packet);
            }
            ratios.Add(Median(mine) / Median(theirs));
            if (ratios[^1] <= Goal)
                return;
        }
        Assert.Fail($"Protect and unprotect of {Payload_bytes} octets cost {string.Join(", ", ratios.Select(r => $"{r:F2}"))} of AesGcm.");
    }

    private static double Time_ns(Action packet)
    {
        double start = ThreadClock.Now_ns();
        for (int i = 0; i < Round_packets; i++)
            packet();
        return ThreadClock.Now_ns() - start;
    }

    private static double Median(double[] samples)
    {
        Array.Sort(samples);
        return samples[samples.Length / 2];
    }

    /// <summary>Group media: MKI of 8 octets, the ROC in every packet.</summary>
    private sealed class Ours : IDisposable
    {
        private readonly SrtpSender _sender;
        private readonly SrtpReceiver _receiver;
        private readonly byte[] _plain = Packets.Rtp(0, payload_bytes: Payload_bytes);
        private readonly byte[] _buffer = new byte[256];
        private ushort _sequence;

        public Ours()
        {
            using SrtpMasterKey key = Packets.Key(1, "09bf9d3701c8de7b");
            _sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
            _receiver = Packets.Receiver(SrtpPolicy.GroupMedia, key);
        }

        public void Packet()
        {
            _plain.CopyTo(_buffer, 0);
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(2), _sequence++);
            if (_sender.Protect(_buffer, _plain.Length, out int length) != SrtpOutcome.Ok ||
                _receiver.Unprotect(_buffer.AsSpan(0, length), _buffer, out _) != SrtpOutcome.Ok)
                throw new InvalidOperationException("A packet was lost.");
        }

        public void Dispose()
        {
            _sender.Dispose();
            _receiver.Dispose();
        }
    }

    private sealed class Framework : IDisposable
    {
        private readonly AesGcm _gcm = new(new byte[16], 16);
        private readonly byte[] _header = new byte[12];
        private readonly byte[] _payload = new byte[Payload_bytes];
        private readonly byte[] _nonce = new byte[12];
        private readonly byte[] _tag = new byte[16];

        public void Packet()
        {
            _nonce.AsSpan()[0]++;
            _gcm.Encrypt(_nonce, _payload, _payload, _tag, _header);
            _gcm.Decrypt(_nonce, _payload, _tag, _payload, _header);
        }

        public void Dispose() => _gcm.Dispose();
    }
}
