using MediaEngine.Mcx;

namespace MediaEngine.Simulation.Tests;

/// <summary>The disk: what was committed, and nothing else.</summary>
internal sealed class SimStore : IStore
{
    private readonly Dictionary<(Type Kind, string Id), DurableRecord> _records = [];

    public DurableState Load() => new()
    {
        Registrations = [.. _records.Values.OfType<Registration>()],
        Affiliations = [.. _records.Values.OfType<Affiliation>()],
        Regroups = [.. _records.Values.OfType<PreconfiguredRegroup>()],
        GroupKeys = [.. _records.Values.OfType<GroupKey>()],
        GroupKeyReceipts = [.. _records.Values.OfType<GroupKeyReceipt>()],
        ClientKeys = [.. _records.Values.OfType<ClientKey>()],
        Subscriptions = [.. _records.Values.OfType<Subscription>()],
        PublishedStates = [.. _records.Values.OfType<PublishedState>()],
        ServerSsrcs = _records.Values.OfType<ServerSsrcReservation>().SingleOrDefault(),
    };

    public void Commit(IReadOnlyList<StoreChange> changes)
    {
        foreach (StoreChange change in changes)
        {
            if (change is StoreChange.Put put)
                _records[(put.Record.GetType(), put.Record.Id)] = put.Record;
            else if (change is StoreChange.Delete delete)
                _records.Remove((delete.Kind, delete.Id));
        }
    }

    public T? Find<T>(string id)
        where T : DurableRecord =>
        (T?)_records.GetValueOrDefault((typeof(T), id));

    public void Dispose()
    {
    }
}
