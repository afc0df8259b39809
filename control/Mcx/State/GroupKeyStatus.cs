namespace MediaEngine.Mcx;

/// <summary>What became of a GMK.</summary>
public enum GroupKeyStatus
{
    Valid,

    /// <summary>A member who holds it has left: it ends shortly after its successor begins.</summary>
    Revoked,
}
