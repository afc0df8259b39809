using System.Text.Json;
using MediaEngine.Mcx;
using MediaEngine.Media;
using MediaEngine.Sip;

namespace MediaEngine.Server;

/// <param name="Since">When the server started, UTC.</param>
/// <param name="Calls">Calls that are up.</param>
/// <param name="Media">Counters of the media plane; docs/media.md says what they mean.</param>
/// <param name="Sip">Counters of the SIP stack, and how many transactions there are.</param>
/// <param name="Store">Records in the store, by kind.</param>
/// <param name="Memory">What the collector holds, how often it ran and how long everything stood still for it.</param>
public sealed record OperatorHealth(
    DateTimeOffset Since, int Calls, IReadOnlyDictionary<string, long> Media, IReadOnlyDictionary<string, long> Sip,
    IReadOnlyDictionary<string, long> Store, IReadOnlyDictionary<string, long> Memory)
{
    internal static OperatorHealth Of(McSystem system, MediaCounters media, SipCounters sip, int transactions)
    {
        var counters = new Dictionary<string, long>
        {
            ["legs"] = media.Legs,
            ["receivedMedia_packets"] = media.ReceivedMedia_packets,
            ["acceptedMedia_packets"] = media.AcceptedMedia_packets,
            ["forwardedMedia_packets"] = media.ForwardedMedia_packets,
            ["multicastMedia_packets"] = media.MulticastMedia_packets,
            ["receivedFloor_packets"] = media.ReceivedFloor_packets,
            ["sentFloor_packets"] = media.SentFloor_packets,
            ["lostReports"] = media.LostReports,
        };
        foreach (MediaDrop reason in Enum.GetValues<MediaDrop>())
            counters[$"dropped{reason}"] = media.Dropped(reason);
        return new OperatorHealth(
            SystemClock.WallClockAtZero, system.CallCount, counters,
            new Dictionary<string, long>(Enum.GetValues<SipCounter>().Select(counter => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName($"{counter}"), sip[counter])))
            {
                ["transactions"] = transactions,
            },
            new Dictionary<string, long>
            {
                ["registrations"] = system.RegistrationCount,
                ["affiliations"] = system.AffiliationCount,
                ["regroups"] = system.Regroups.Count,
            },
            new Dictionary<string, long>
            {
                ["allocated_bytes"] = GC.GetTotalAllocatedBytes(),
                ["heap_bytes"] = GC.GetGCMemoryInfo().HeapSizeBytes,
                ["youngestCollections"] = GC.CollectionCount(0),
                ["youngCollections"] = GC.CollectionCount(1),
                ["fullCollections"] = GC.CollectionCount(2),
                ["paused_ms"] = (long)GC.GetTotalPauseDuration().TotalMilliseconds,
            });
    }
}
