namespace MediaEngine.Mcx;

/// <summary>One change of durable state; the changes of a batch are committed together before its effects are released.</summary>
public abstract record StoreChange
{
    private StoreChange()
    {
    }

    public sealed record Put(DurableRecord Record) : StoreChange;

    /// <param name="Kind">The record type that is deleted.</param>
    public sealed record Delete(Type Kind, string Id) : StoreChange;
}
