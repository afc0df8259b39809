using System.Text.Json.Serialization;

namespace MediaEngine.Mcx;

/// <summary>State that must survive the process: whatever a client was told is true is one of these in the store.</summary>
public abstract record DurableRecord
{
    /// <summary>Unique among records of the same kind.</summary>
    public required string Id { get; init; }

    /// <summary>It holds key material: the store encrypts it.</summary>
    [JsonIgnore]
    public virtual bool IsSecret => false;
}
