namespace MediaEngine.Mcx;

/// <summary>Where durable state lives. Implementations are shells; the MC system itself only names its changes.</summary>
public interface IStore : IDisposable
{
    DurableState Load();

    /// <summary>Makes the changes durable, all or none. Returns only when a power cut could not undo them.</summary>
    void Commit(IReadOnlyList<StoreChange> changes);
}
