using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// Packets and results in memory of exactly their length, at the border of pages that may not be touched: whatever reads or writes
/// one octet too far ends the test run (libsrtp issue 817, CVE-2022-24786).
/// </summary>
public sealed class GuardedMemoryTests
{
    private const int Rounds = 60_000;

    [Fact]
    public void Unprotecting_stays_within_packet_and_destination_whatever_the_packet()
    {
        byte[][] seeds = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Srtp", "Corpus")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        using GuardedMemory input = new(4096), output = new(4096);
        var random = new Random(817);
        var outcomes = new HashSet<SrtpOutcome>();
        for (int round = 0; round < Rounds; round++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            byte[] packet = seed[2..Math.Max(2, round % 3 == 0 ? random.Next(seed.Length + 1) : seed.Length)];
            if (round % 2 == 0 && packet.Length > 0)
                packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
            SrtpPolicy policy = SrtpFuzz.PolicyOf(seed[0]);
            using SrtpMasterKey key = SrtpFuzz.KeyOf(seed[0]);
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            int plain_bytes = random.Next(packet.Length + 1);
            Span<byte> octets = round % 5 == 0 ? input.AtStart(packet.Length) : input.AtEnd(packet.Length);
            packet.CopyTo(octets);
            bool rtcp = seed[1] == 1;
            outcomes.Add(Receive(receiver, rtcp, octets, round % 5 == 1 ? output.AtStart(plain_bytes) : output.AtEnd(plain_bytes)));
            // In place: the packet's own memory takes the result.
            if (round % 7 == 0)
                outcomes.Add(Receive(receiver, rtcp, octets, octets));
        }
        Assert.Superset(
            new HashSet<SrtpOutcome> { SrtpOutcome.Ok, SrtpOutcome.Malformed, SrtpOutcome.AuthenticationFailed, SrtpOutcome.BufferTooSmall },
            outcomes);
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void Results_of_exactly_their_length_are_enough_and_one_octet_less_is_refused(SrtpProfile profile)
    {
        using GuardedMemory input = new(4096), output = new(4096);
        using SrtpMasterKey key = Packets.Key(profile: profile);
        var policy = new SrtpPolicy(profile);
        using var sender = new SrtpSender(key, policy);
        for (ushort number = 1; number <= 70; number++)
        {
            byte[] rtp = Packets.Rtp(number, payload_bytes: number);
            byte[] packet = sender.Protect(rtp);
            packet.CopyTo(input.AtEnd(packet.Length));
            using SrtpReceiver receiver = Packets.Receiver(policy, key);
            Assert.Equal(SrtpOutcome.BufferTooSmall, receiver.Unprotect(input.AtEnd(packet.Length), output.AtEnd(rtp.Length - 1), out _));
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(input.AtEnd(packet.Length), output.AtEnd(rtp.Length), out _));
            Assert.True(output.AtEnd(rtp.Length).SequenceEqual(rtp));

            byte[] rtcp = Packets.Rtcp();
            packet = sender.ProtectRtcp(rtcp);
            packet.CopyTo(input.AtEnd(packet.Length));
            Assert.Equal(SrtpOutcome.BufferTooSmall, receiver.UnprotectRtcp(input.AtEnd(packet.Length), output.AtEnd(rtcp.Length - 1), out _));
            Assert.Equal(SrtpOutcome.Ok, receiver.UnprotectRtcp(input.AtEnd(packet.Length), output.AtEnd(rtcp.Length), out _));
            Assert.True(output.AtEnd(rtcp.Length).SequenceEqual(rtcp));
        }
    }

    [Theory]
    [MemberData(nameof(Packets.Profiles), MemberType = typeof(Packets))]
    public void Protecting_stays_within_a_buffer_of_exactly_the_announced_length(SrtpProfile profile)
    {
        using var memory = new GuardedMemory(4096);
        using SrtpMasterKey key = Packets.Key(profile: profile);
        using var sender = new SrtpSender(key, new SrtpPolicy(profile));
        using SrtpReceiver receiver = Packets.Receiver(new SrtpPolicy(profile), key);
        for (ushort number = 1; number <= 300; number++)
        {
            byte[] rtp = Packets.Rtp(number, payload_bytes: number);
            Span<byte> buffer = memory.AtEnd(rtp.Length + sender.MaxOverhead_bytes);
            rtp.CopyTo(buffer);
            Assert.Equal(SrtpOutcome.Ok, sender.Protect(buffer, rtp.Length, out int length));
            Assert.Equal(SrtpOutcome.Ok, receiver.Unprotect(buffer[..length].ToArray(), out byte[] plain));
            Assert.Equal(rtp, plain);
        }
    }

    private static SrtpOutcome Receive(SrtpReceiver receiver, bool rtcp, ReadOnlySpan<byte> packet, Span<byte> destination) => rtcp
        ? receiver.UnprotectRtcp(packet, destination, out _)
        : receiver.Unprotect(packet, destination, out _);
}
