using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>
/// A sender that loses packets, re-keys and restarts from its stored marks, and a receiver that hears some of it: whatever
/// happens, no (key, SSRC, index) is used twice, and a receiver in step decrypts every packet it has a key for.
/// </summary>
internal sealed class RekeySchedule(SrtpPolicy policy, byte[] script, ushort start)
{
    private const int Reserved = 300;
    private const int Keys = 4;

    private readonly HashSet<(int Key, uint Ssrc, ulong Index)> _used = [];

    public bool Holds()
    {
        SrtpMasterKey[] masters =
            [.. Enumerable.Range(0, Keys).Select(i => Packets.Key((byte)(i + 1), $"0000000{i}", policy.Profile))];
        int current = 0;
        long now = 0;
        SrtpSender sender = NewSender(masters, current);
        using SrtpReceiver receiver = Packets.Receiver(policy, masters);
        ulong index = start + 1u;
        ulong mark = 0;
        try
        {
            sender.TryResume(Packets.Ssrc, index);
            receiver.SetIndex(Packets.Ssrc, index);
            sender.ReserveIndexes(Packets.Ssrc, Reserved, out mark);
            foreach (byte choice in script)
            {
                now++;
                if (choice % 32 == 1 && current < Keys - 1)
                {
                    sender.TryAddKey(
                        masters[++current], new SrtpKeyLifetime(Instant.FromMilliseconds(now), Instant.Never));
                    sender.Advance(Instant.FromMilliseconds(now));
                }
                else if (choice % 32 == 2)
                {
                    sender.Dispose();
                    sender = NewSender(masters, current);
                    if (!sender.TryResume(Packets.Ssrc, mark + 1))
                        return false;
                    index = mark + 1;
                    sender.ReserveIndexes(Packets.Ssrc, Reserved, out mark);
                }
                byte[] plain = Packets.Rtp((ushort)index);
                byte[] buffer = [.. plain, .. new byte[sender.MaxOverhead_bytes]];
                SrtpOutcome outcome = sender.Protect(buffer, plain.Length, out int length);
                if (outcome == SrtpOutcome.IndexNotReserved)
                {
                    sender.ReserveIndexes(Packets.Ssrc, Reserved, out mark);
                    outcome = sender.Protect(buffer, plain.Length, out length);
                }
                if (outcome != SrtpOutcome.Ok || !_used.Add((current, Packets.Ssrc, index)))
                    return false;
                bool lost = choice % 5 == 0;
                if (!lost)
                {
                    SrtpOutcome received = receiver.Unprotect(buffer[..length], out byte[] read);
                    // Nothing here runs more than 2^15 ahead, so the estimate holds even without a carried counter.
                    if (received != SrtpOutcome.Ok || !read.SequenceEqual(plain))
                        return false;
                    if (receiver.Unprotect(buffer[..length], out _) != SrtpOutcome.Replayed)
                        return false;
                }
                index += choice > 200 ? (ulong)choice : 1;
            }
            return true;
        }
        finally
        {
            sender.Dispose();
            foreach (SrtpMasterKey master in masters)
                master.Dispose();
        }
    }

    private SrtpSender NewSender(SrtpMasterKey[] masters, int current) => new(masters[current], policy);
}
