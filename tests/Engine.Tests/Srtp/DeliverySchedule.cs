using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>One packet as it reaches a receiver.</summary>
/// <param name="Key">Which of the schedule's keys protected it.</param>
/// <param name="Ssrc">Its source.</param>
/// <param name="Index">Its 48-bit index, or the 31-bit one of SRTCP.</param>
/// <param name="Plain">What was protected.</param>
/// <param name="Packet">What arrives.</param>
/// <param name="Damaged">A bit of the ciphertext was changed.</param>
internal sealed record Delivery(int Key, uint Ssrc, ulong Index, byte[] Plain, byte[] Packet, bool Damaged);

/// <summary>What a network makes of a sender's packets.</summary>
internal static class DeliverySchedule
{
    /// <summary>
    /// One octet per packet decides SSRC, gap and change of key, whether the packet is lost, doubled or damaged, and how late
    /// it comes.
    /// </summary>
    public static IEnumerable<Delivery> Create(
        SrtpPolicy policy, SrtpMasterKey[] keys, int ssrcs, byte[] script, ushort start)
    {
        var deliveries = new List<(int At, Delivery Delivery)>();
        using var sender = new SrtpSender(keys[0], policy);
        ulong[] indexes = [.. Enumerable.Repeat((ulong)start, ssrcs)];
        bool[] begun = new bool[ssrcs];
        int key = 0;
        for (int i = 0; i < script.Length; i++)
        {
            byte choice = script[i];
            // Back to a former key too: nothing of it may have been forgotten.
            if (keys.Length > 1 && choice % 23 == 4)
            {
                key = (key + choice) % keys.Length;
                sender.Rekey(keys[key]);
            }
            int source = choice / 16 % ssrcs;
            // Mostly the next packet, sometimes a jump of up to 2^15 - 1.
            indexes[source] += !begun[source] ? 0u : choice < 240 ? 1u : (choice - 239u) * 2047;
            begun[source] = true;
            uint ssrc = Packets.Ssrc + (uint)source;
            byte[] plain = Packets.Rtp((ushort)indexes[source], ssrc);
            var genuine = new Delivery(key, ssrc, indexes[source], plain, sender.Protect(plain), Damaged: false);
            deliveries.AddRange(Copies(genuine, i, choice));
        }
        return deliveries.OrderBy(entry => entry.At).Select(entry => entry.Delivery);
    }

    /// <summary>The same of SRTCP, from one source under one key.</summary>
    public static IEnumerable<Delivery> CreateRtcp(SrtpPolicy policy, SrtpMasterKey key, byte[] script, int start)
    {
        var deliveries = new List<(int At, Delivery Delivery)>();
        using var sender = new SrtpSender(key, policy);
        uint index = (uint)Math.Max(start, 1);
        sender.TryResumeRtcp(Packets.Ssrc, index);
        byte[] plain = Packets.Rtcp();
        for (int i = 0; i < script.Length; i++)
        {
            byte choice = script[i];
            for (int lost = choice < 200 ? 0 : choice - 199; lost > 0; lost--, index++)
                sender.ProtectRtcp(plain);
            var genuine = new Delivery(0, Packets.Ssrc, index++, plain, sender.ProtectRtcp(plain), Damaged: false);
            deliveries.AddRange(Copies(genuine, i, choice));
        }
        return deliveries.OrderBy(entry => entry.At).Select(entry => entry.Delivery);
    }

    private static IEnumerable<(int At, Delivery Delivery)> Copies(Delivery genuine, int sent, byte choice)
    {
        int delay = choice % 5 == 0 ? choice % 90 : 0;
        if (choice % 7 != 3)
            yield return (sent + delay, genuine);
        if (choice % 11 == 1)
            yield return (sent + 2 * delay + 1, genuine);
        if (choice % 13 == 2)
        {
            byte[] damaged = [.. genuine.Packet];
            damaged[20] ^= 0x10;
            yield return (sent, genuine with { Packet = damaged, Damaged = true });
        }
    }
}
